"""The virtual register as a device of the Shtrih-M protocol."""

from drivers.virtual.shtrih_face.server import ShtrihFace

__all__ = ["ShtrihFace"]
