DROP TABLE pack_files;
DROP TABLE pack_versions;
