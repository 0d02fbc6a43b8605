//! Running a step as a supervised child process.
