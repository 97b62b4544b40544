provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_compute_network" "main" {
  name                    = "main"
  auto_create_subnetworks = false
}

resource "google_compute_firewall" "allow" {
  for_each      = { a = "10.0.0.0/8", b = "192.168.0.0/16" }
  name          = each.key
  network       = google_compute_network.main.id
  source_ranges = [each.value]

  allow {
    protocol = "TCP"
    ports    = ["443"]
  }
}
