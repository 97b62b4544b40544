provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_compute_network" "main" {
  name                    = "main"
  auto_create_subnetworks = false
}

resource "google_vpc_access_connector" "run" {
  name          = "run-egress"
  network       = google_compute_network.main.name
  ip_cidr_range = "10.8.0.0/28"
  machine_type  = var.machine
  min_instances = 2
  max_instances = 3

  lifecycle {
    precondition {
      condition     = startswith(var.machine, "e2-micro")
      error_message = "The machine ${var.machine} is too large."
    }

    postcondition {
      condition     = self.state == "READY"
      error_message = "Not ready."
    }
  }
}

variable "machine" {
  type    = string
  default = "e2-standard-4"

  validation {
    condition     = length(var.machine) < 10
    error_message = "The name of a machine must be short."
  }
}

check "network" {
  assert {
    condition     = google_compute_network.main.name == "other"
    error_message = "The network has another name."
  }

  assert {
    condition     = google_compute_network.main.mtu > 0
    error_message = "What is recorded may have changed since."
  }
}
