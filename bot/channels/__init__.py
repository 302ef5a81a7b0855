"""How people reach the assistant: the web chat page and the WeChat Official Account."""
