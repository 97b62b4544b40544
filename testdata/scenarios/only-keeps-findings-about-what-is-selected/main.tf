provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_compute_network" "main" {
  name                    = "main"
  auto_create_subnetworks = false
}

resource "google_compute_firewall" "web" {
  name    = "web"
  network = google_compute_network.main.self_link
  source_tags = ["web"]

  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}
