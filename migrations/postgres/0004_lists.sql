-- Indexes for lists with much history: runs since an instant, and runs with a tag of any value.
CREATE INDEX runs_by_time ON runs (deployment, created_at, created_seq);
CREATE INDEX run_tags_by_name ON run_tags (deployment, name, created_seq);
