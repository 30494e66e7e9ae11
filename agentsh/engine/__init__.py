"""Bus, reactions, steps, gate, budget, people, scheduler: everything that happens, happens through here."""
