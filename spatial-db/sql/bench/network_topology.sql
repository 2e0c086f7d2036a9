-- Junctions from geometry, lines' ends within the tolerance being one: 'OK', or 'FAIL'.
SELECT pgr_createTopology('line', $1, 'flat', 'id', 'source', 'target', clean := true);
