DROP TABLE notices;
DROP TABLE suspensions;
DROP TABLE deadlines;
DROP TABLE routing_decisions;
DROP TABLE correction_rounds;
DROP TABLE case_links;
DROP TABLE cases;
DROP TABLE submissions;
