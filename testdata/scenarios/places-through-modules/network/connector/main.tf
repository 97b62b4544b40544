variable "name" {}
variable "machine" {}
variable "range" {}
variable "scale" {}

variable "network" {
  default = "main"
}

resource "google_vpc_access_connector" "this" {
  name          = var.name
  network       = var.network
  ip_cidr_range = var.range
  machine_type  = var.machine
  min_instances = var.scale.minimum
  max_instances = var.scale.maximum
}
