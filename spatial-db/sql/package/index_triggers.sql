-- Whoever edits the features with GDAL or QGIS, which bring the functions, edits the R-tree along (OGC 12-128r19, F.3).
CREATE TRIGGER {insert} AFTER INSERT ON {table}
WHEN (NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom"))
BEGIN
    INSERT OR REPLACE INTO {rtree} VALUES (
        NEW."fid", ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom"));
END;
CREATE TRIGGER {update6} AFTER UPDATE OF "geom" ON {table}
WHEN OLD."fid" = NEW."fid" AND (NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom"))
    AND (OLD."geom" NOTNULL AND NOT ST_IsEmpty(OLD."geom"))
BEGIN
    UPDATE {rtree} SET
        minx = ST_MinX(NEW."geom"), maxx = ST_MaxX(NEW."geom"), miny = ST_MinY(NEW."geom"), maxy = ST_MaxY(NEW."geom")
    WHERE id = NEW."fid";
END;
CREATE TRIGGER {update7} AFTER UPDATE OF "geom" ON {table}
WHEN OLD."fid" = NEW."fid" AND (NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom"))
    AND (OLD."geom" ISNULL OR ST_IsEmpty(OLD."geom"))
BEGIN
    INSERT INTO {rtree} VALUES (
        NEW."fid", ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom"));
END;
CREATE TRIGGER {update2} AFTER UPDATE OF "geom" ON {table}
WHEN OLD."fid" = NEW."fid" AND (NEW."geom" ISNULL OR ST_IsEmpty(NEW."geom"))
BEGIN
    DELETE FROM {rtree} WHERE id = OLD."fid";
END;
CREATE TRIGGER {update5} AFTER UPDATE ON {table}
WHEN OLD."fid" != NEW."fid" AND (NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom"))
BEGIN
    DELETE FROM {rtree} WHERE id = OLD."fid";
    INSERT OR REPLACE INTO {rtree} VALUES (
        NEW."fid", ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom"));
END;
CREATE TRIGGER {update4} AFTER UPDATE ON {table}
WHEN OLD."fid" != NEW."fid" AND (NEW."geom" ISNULL OR ST_IsEmpty(NEW."geom"))
BEGIN
    DELETE FROM {rtree} WHERE id IN (OLD."fid", NEW."fid");
END;
CREATE TRIGGER {delete} AFTER DELETE ON {table}
WHEN OLD."geom" NOTNULL
BEGIN
    DELETE FROM {rtree} WHERE id = OLD."fid";
END;
