-- A person gives the parcel that was rejected for its number another one.
UPDATE "parcels" SET "宗地代码" = 'QX-MENDED-1' WHERE twin_code = 'key.duplicate';
