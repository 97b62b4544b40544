provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_compute_address" "egress" {
  name   = "egress"
  labels = { team = "web" }
}

resource "google_compute_address" "proxy" {
  name         = "proxy"
  address_type = "INTERNAL"
  address      = "10.0.0.9"
  subnetwork   = "apps"
  ip_version   = "IPV4"
}
