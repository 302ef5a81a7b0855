"""Understanding: Rasa graph components and the models behind them.

Pipeline for `config.yml`, in this order:

    pipeline:
      - name: bot.nlu.topic_classifier.TopicClassifier     # intent, intent_ranking, questions
      - name: bot.nlu.entity_extractor.EntityExtractor     # entities
      - name: bot.nlu.scam_guard.ScamGuard                 # scam; intent scam_talk on enough evidence

No tokenizer or featurizer: the topic model reads characters, concepts and sentence embeddings, and the rule policy needs none.
Only `topic_classifier`, `entity_extractor` and `scam_guard` import Rasa. `resolution` says what an intent is answered with; `thresholds` holds
every threshold.
"""
