"""Authority: may this body or person decide this matter?"""
