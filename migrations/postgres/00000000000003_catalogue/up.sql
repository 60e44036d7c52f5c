CREATE TABLE pack_versions (
    version integer NOT NULL PRIMARY KEY,
    city_code text NOT NULL,
    digest bytea NOT NULL,
    loaded_at timestamptz NOT NULL
);

CREATE TABLE pack_files (
    version integer NOT NULL REFERENCES pack_versions (version),
    path text NOT NULL,
    content text NOT NULL,
    PRIMARY KEY (version, path)
);
