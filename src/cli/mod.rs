//! The command line: arguments, environment, clock, files, printing, exit code.
