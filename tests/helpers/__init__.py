"""What the tests of several rooms share: writers of files, a browser, a laboratory, runs kept for a session."""

import pytest

pytest.register_assert_rewrite("tests.helpers.browsing", "tests.helpers.tabs", "tests.helpers.weblab")
