
variable "machine" {
  type = string
}

variable "network" {
  type = string
}

resource "google_vpc_access_connector" "this" {
  name          = "run-egress"
  network       = var.network
  ip_cidr_range = "10.8.0.0/28"
  machine_type  = var.machine
  min_instances = 2
  max_instances = 3
}

output "id" {
  value = google_vpc_access_connector.this.id
}
