provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_compute_network" "main" {
  name                    = "main"
  auto_create_subnetworks = false
}

resource "google_compute_network_peering" "hub" {
  name                 = "main-to-hub"
  network              = "projects/acme-test/global/networks/main"
  peer_network         = "projects/acme-hub/global/networks/hub"
  import_custom_routes = true
}
