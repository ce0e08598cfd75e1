/// Outgoing requests through libcurl.
enum CourierModule {}
