variable "replicas" {
  type = number
}

provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

module "net" {
  source = "./net"
  count  = var.replicas
}
