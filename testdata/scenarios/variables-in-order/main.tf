provider "google" {
  project = "pearl-lab"
  region  = "europe-north1"
}

variable "a" {
  type    = string
  default = "default"
}

variable "b" {
  type    = string
  default = "default"
}

variable "c" {
  type    = string
  default = "default"
}

variable "d" {
  type    = string
  default = "default"
}

variable "e" {
  type    = string
  default = "default"
}

variable "f" {
  type    = string
  default = "default"
}


variable "list" {
  type    = list(string)
  default = []
}

resource "google_compute_network" "main" {
  name        = "quay"
  description = join(",", concat([var.a, var.b, var.c, var.d, var.e, var.f], var.list))
}
