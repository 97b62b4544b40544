resource "google_compute_network" "main" {
  name                    = "main"
  auto_create_subnetworks = false
}

resource "google_compute_subnetwork" "apps" {
  name          = "apps"
  ip_cidr_range = "10.20.0.0/24"
  network       = google_compute_network.main.name
}
