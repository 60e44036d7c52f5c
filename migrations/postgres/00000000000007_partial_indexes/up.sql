-- A row that has no such reference needs no place in its index: every index entry is a page to be found and written.
-- In the order in which the worker takes them, so that neither waits for the other while it holds what that one needs.
LOCK TABLE notices, cases IN ACCESS EXCLUSIVE MODE;
DROP INDEX cases_assignee_id_idx;
DROP INDEX cases_examiner_id_idx;
DROP INDEX cases_right_key_idx;
DROP INDEX notices_party_id_idx;
DROP INDEX notices_node_code_idx;
DROP INDEX notices_case_id_idx;
CREATE INDEX cases_assignee_id_idx ON cases (assignee_id, case_id) WHERE assignee_id IS NOT NULL;
CREATE INDEX cases_examiner_id_idx ON cases (examiner_id) WHERE examiner_id IS NOT NULL;
CREATE INDEX cases_right_key_idx ON cases (right_key) WHERE right_key IS NOT NULL;
CREATE INDEX notices_party_id_idx ON notices (party_id, notice_id) WHERE party_id IS NOT NULL;
CREATE INDEX notices_node_code_idx ON notices (node_code, notice_id) WHERE node_code IS NOT NULL;
CREATE INDEX notices_case_id_idx ON notices (case_id) WHERE case_id IS NOT NULL;
