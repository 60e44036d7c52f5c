//! Who may do what. Users, sessions, partner clients, roles and the one policy; the only source of `Authorized`.

mod action;
mod authorize;
mod caller;
mod credentials;
mod http;
mod load;
mod password;
mod pepper;
mod permission;
mod policy;
mod role;
mod scope;
mod session;
mod staff;
mod token;
mod window;

pub use action::*;
pub use authorize::{Authorized, Facts, authorize, authorize_timer, could, roles_for};
pub use caller::{Caller, Grant, Identity, Place, program};
pub use credentials::{Credentials, presented, require_same_site};
pub use http::{normal_user_name, root_routes, routes};
pub use load::{Loaded, load, party_of_client, roles_at_node};
pub use password::{hash as hash_password, matches as password_matches};
pub use pepper::{keyed_digest, load as load_pepper, load_or_make as load_or_make_pepper};
pub use permission::Allowed;
pub use policy::{PhaseRule, Row as PolicyRow, rows as policy_rows};
pub use role::Role;
pub use scope::{Clause, Holds, Scope, scope};
pub use session::{
    COOKIE as SESSION_COOKIE, Live, find as find_session, forget as forget_sessions,
    is_forgettable as has_forgettable_sessions, open as open_session, revoke as revoke_session,
    revoke_all as revoke_sessions, token_text, touch as touch_session,
};
pub use staff::{NewStaff, add_staff};
pub use token::{
    Claims, FreshKey, LIFETIME as TOKEN_LIFETIME, PublicKey, ensure_key, public_keys, sign as sign_token,
};
pub use window::{Entropy, Profile, Settings, Window};

/// Whether somebody who has not signed in may ask for `P` at all.
fn is_public<P: Permission>() -> bool {
    could::<P>(&Caller::anonymous()).is_ok()
}
