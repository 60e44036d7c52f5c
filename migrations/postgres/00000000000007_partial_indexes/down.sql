-- In the order in which the worker takes them, so that neither waits for the other while it holds what that one needs.
LOCK TABLE notices, cases IN ACCESS EXCLUSIVE MODE;
DROP INDEX cases_assignee_id_idx;
DROP INDEX cases_examiner_id_idx;
DROP INDEX cases_right_key_idx;
DROP INDEX notices_party_id_idx;
DROP INDEX notices_node_code_idx;
DROP INDEX notices_case_id_idx;
CREATE INDEX cases_assignee_id_idx ON cases (assignee_id, case_id);
CREATE INDEX cases_examiner_id_idx ON cases (examiner_id);
CREATE INDEX cases_right_key_idx ON cases (right_key);
CREATE INDEX notices_party_id_idx ON notices (party_id, notice_id);
CREATE INDEX notices_node_code_idx ON notices (node_code, notice_id);
CREATE INDEX notices_case_id_idx ON notices (case_id);
