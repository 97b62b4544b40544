variable "network" {}

resource "google_compute_subnetwork" "this" {
  name          = "${var.network.name}-subnet"
  network       = var.network.self_link
  ip_cidr_range = "10.40.0.0/24"
}

output "network" {
  value = google_compute_subnetwork.this.network
}

output "range" {
  value = google_compute_subnetwork.this.ip_cidr_range
}

output "gateway" {
  value = "${google_compute_subnetwork.this.gateway_address}/32"
}
