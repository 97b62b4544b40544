//! Reads live objects: from Google Cloud's APIs or from an asset file. Only ever reads.
