CREATE TABLE large (id int);
