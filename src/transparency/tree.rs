//! The Merkle tree of RFC 6962 §2.1, as far as appending needs it: the roots of its complete subtrees. Pure.

use sha2::{Digest, Sha256};

pub type Hash = [u8; 32];

/// SHA-256 of 0x00 and the parts of a leaf.
pub fn hash_leaf(parts: &[&[u8]]) -> Hash {
    let start = Sha256::new().chain_update([0]);
    parts.iter().fold(start, Digest::chain_update).finalize().into()
}

/// SHA-256 of 0x01 and two nodes: no leaf can be passed off as a node.
fn hash_node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// A tree of any size in the space of its height: one root for every bit that is set in the size, the largest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// As it was stored; `None` when the bytes do not fit the size.
    pub fn from_parts(size: u64, bytes: &[u8]) -> Option<Self> {
        let (roots, rest) = bytes.as_chunks::<32>();
        let fits = rest.is_empty() && roots.len() == size.count_ones() as usize;
        fits.then(|| Self { size, roots: roots.to_vec() })
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.roots.concat()
    }

    pub fn push(&mut self, leaf: Hash) {
        let merged = (0..self.size.trailing_ones()).filter_map(|_| self.roots.pop()).collect::<Vec<_>>();
        self.roots.push(merged.iter().fold(leaf, |right, left| hash_node(left, &right)));
        self.size += 1;
    }

    pub fn root(&self) -> Hash {
        let from_the_right = self.roots.iter().rev().copied();
        from_the_right
            .reduce(|right, left| hash_node(&left, &right))
            .unwrap_or_else(|| Sha256::digest([]).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::hex;
    use proptest::prelude::*;

    /// The leaves and roots that the Certificate Transparency project publishes for its Merkle tree.
    const LEAVES: [&[u8]; 8] = [
        b"",
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    #[test]
    fn the_published_roots_come_out() {
        let mut tree = Frontier::default();
        assert_eq!(hex(&tree.root()), ROOTS[0]);
        for (leaf, root) in LEAVES.iter().zip(&ROOTS[1..]) {
            tree.push(hash_leaf(&[leaf]));
            assert_eq!(hex(&tree.root()), *root);
        }
    }

    /// The recursive definition of RFC 6962 §2.1.
    fn defined(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                hash_node(&defined(left), &defined(right))
            }
        }
    }

    proptest! {
        /// However often it is put down and taken up again, the frontier has the root of the definition.
        #[test]
        fn the_frontier_has_the_root_of_the_definition(count in 0_u16..300, pause in 1_u16..20) {
            let leaves: Vec<Hash> = (0..count).map(|at| hash_leaf(&[&at.to_be_bytes()])).collect();
            let mut tree = Frontier::default();
            for (at, leaf) in leaves.iter().enumerate() {
                if at % usize::from(pause) == 0 {
                    tree = Frontier::from_parts(tree.size(), &tree.bytes()).unwrap();
                }
                tree.push(*leaf);
            }
            prop_assert_eq!(tree.size(), u64::from(count));
            prop_assert_eq!(tree.root(), defined(&leaves));
        }
    }

    #[test]
    fn bytes_that_do_not_fit_the_size_are_no_frontier() {
        assert!(Frontier::from_parts(3, &[0; 64]).is_some());
        for (size, bytes) in [(3, 32), (4, 64), (3, 65), (0, 32)] {
            assert!(Frontier::from_parts(size, &vec![0; bytes]).is_none(), "{size} {bytes}");
        }
    }
}
