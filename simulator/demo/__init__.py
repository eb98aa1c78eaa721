"""The company of the demo: named people in named teams, and a plan of their weeks.

The generated company (`simulator.company`, `simulator.day`) has every odd case that tests need.
This one has what a visitor of the demo should see: believable topics, local working hours, clients
that grow and clients that go quiet. Both write their events with the same code.
"""
