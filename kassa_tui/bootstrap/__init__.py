"""Where real parts meet: settings, journal, register, CRM, station, face.

Heavy parts are imported by the thread that uses them, so that the first frame waits for the
face alone.
"""
