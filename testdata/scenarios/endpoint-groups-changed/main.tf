provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_compute_region_network_endpoint_group" "web" {
  name   = "web"
  region = "europe-west1"

  cloud_run {
    service = "web"
  }
}

resource "google_compute_region_network_endpoint_group" "keys" {
  name                  = "keys"
  region                = "europe-west1"
  network_endpoint_type = "PRIVATE_SERVICE_CONNECT"
  psc_target_service    = "europe-west1-cloudkms.googleapis.com"
  subnetwork            = "apps"

  psc_data {
    producer_port = "8443"
  }
}
