CREATE TABLE pack_versions (
    version INTEGER NOT NULL PRIMARY KEY,
    city_code TEXT NOT NULL,
    digest BLOB NOT NULL,
    loaded_at TEXT NOT NULL
);

CREATE TABLE pack_files (
    version INTEGER NOT NULL REFERENCES pack_versions (version),
    path TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (version, path)
);
