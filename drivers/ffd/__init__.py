"""The fiscal document formats (FFD 1.05, 1.1, 1.2): tags, TLV, receipt, document, QR, links."""
