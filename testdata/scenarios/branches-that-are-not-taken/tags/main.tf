output "all" {
  value = ["harbor"]
}
