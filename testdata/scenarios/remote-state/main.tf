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
  network       = data.terraform_remote_state.network.outputs.network
  ip_cidr_range = "10.8.0.0/28"
  machine_type  = data.terraform_remote_state.network.outputs.machine
  min_instances = 2
  max_instances = 3
}

data "terraform_remote_state" "network" {
  backend = "local"

  config = {
    path = "network/terraform.tfstate"
  }
}
