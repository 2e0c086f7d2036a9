-- Short names of the parks that this user sees.
SELECT slug FROM twin.park ORDER BY slug;
