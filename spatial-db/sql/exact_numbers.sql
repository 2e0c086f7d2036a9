-- Numbers in the change log are written with all their digits, whatever the server's setting.
SET LOCAL extra_float_digits = 1;
