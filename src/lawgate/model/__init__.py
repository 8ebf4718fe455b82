# SPDX-License-Identifier: Apache-2.0
"""The nouns and the form floor: frozen dataclasses, standard library only."""
