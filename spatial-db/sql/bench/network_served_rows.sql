SELECT building, junction FROM served ORDER BY building
