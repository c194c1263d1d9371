import requests
import requests_mock
import responses

URL = "https://www.wixapis.com/ecom/v1/orders/search"


@responses.activate
def test_with_responses():
    responses.add(responses.POST, URL, json={"orders": [], "metadata": {}})
    responses.post(URL, json={"orders": []})
    assert requests.get("https://example.com").ok


def test_with_requests_mock():
    with requests_mock.Mocker() as mocker:
        mocker.post(URL, json={"orders": [], "filter": {}})
