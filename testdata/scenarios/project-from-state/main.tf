resource "google_compute_network" "main" {
  name                    = "main"
  auto_create_subnetworks = false
  routing_mode            = "REGIONAL"
}

resource "google_compute_subnetwork" "apps" {
  name          = "apps"
  ip_cidr_range = "10.20.0.0/24"
  network       = google_compute_network.main.name
}

resource "google_compute_subnetwork" "jobs" {
  count         = 1
  name          = "jobs"
  ip_cidr_range = "10.20.1.0/24"
  network       = google_compute_network.main.name
}

resource "google_compute_subnetwork" "tools" {
  name          = "tools"
  ip_cidr_range = "10.20.2.0/24"
  network       = google_compute_network.main.name
}

moved {
  from = google_compute_subnetwork.utilities
  to   = google_compute_subnetwork.tools
}
