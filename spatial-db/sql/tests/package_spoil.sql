-- Somebody changes a name in a package by hand.
UPDATE enterprise SET name = 'another' WHERE fid = 1;
