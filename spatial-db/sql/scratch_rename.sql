-- The template is complete.
ALTER DATABASE {name} RENAME TO {template};
