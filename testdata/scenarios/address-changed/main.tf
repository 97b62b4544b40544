provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_compute_address" "egress" {
  name   = "egress"
  labels = { team = "web" }
}

resource "google_compute_address" "api" {
  name = "api"
}
