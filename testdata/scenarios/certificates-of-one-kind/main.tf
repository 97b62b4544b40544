provider "google" {
  project = "acme-test"
}
