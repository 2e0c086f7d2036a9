-- A place for the issues of rows on their way in.
CREATE TEMPORARY TABLE twin_issue_stage (
    code text, severity text, layer text, source text, source_row bigint, key text COLLATE "C",
    reason text, fix text, facts jsonb, rejected boolean, geom geometry
) ON COMMIT DROP;
