variable "name" {
  type = string
}

resource "google_compute_network" "this" {
  name                    = var.name
  auto_create_subnetworks = false
}

output "name" {
  value = google_compute_network.this.name
}

output "id" {
  value = google_compute_network.this.id
}

output "tags" {
  value = ["from-${var.name}"]
}
