//! Names, files and surroundings made to do harm: nothing runs, nothing changes, and what is odd
//! but legal arrives byte for byte.

mod files;
mod surroundings;
mod words;
