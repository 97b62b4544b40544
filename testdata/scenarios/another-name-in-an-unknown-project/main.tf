variable "project" {
  type = string
}

provider "google" {
  project = var.project
}

resource "google_compute_network" "main" {
  name = "quay-two"
}
